"""Everything that strangers can put into a living bot, and what must never come out."""
