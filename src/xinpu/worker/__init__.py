"""Queries in processes of their own, which can be ended: the engines cannot stop a query once begun."""

from __future__ import annotations

from xinpu.worker.desk import Ask, Within, answer, desk, loading_desk
from xinpu.worker.request import MIB, Limits, Request
from xinpu.worker.service import asks_service

__all__ = ["MIB", "Ask", "Limits", "Request", "Within", "answer", "asks_service", "desk", "loading_desk"]
