"""Sources in canonical order and spacing, with every comment kept."""

from mien.text.format.order import Orders
from mien.text.format.rewrite import Origins, rewritten
from mien.text.format.source import format_json, format_yaml

__all__ = ["Orders", "Origins", "format_json", "format_yaml", "rewritten"]
