"""Sources in canonical order and spacing, with every comment kept."""

from mien.text.format.order import Orders
from mien.text.format.source import format_json, format_yaml

__all__ = ["Orders", "format_json", "format_yaml"]
