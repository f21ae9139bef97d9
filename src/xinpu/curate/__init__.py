"""Adding to the curated graph: new blocks, bulk import, formatting, and what changed between two versions."""

from __future__ import annotations
