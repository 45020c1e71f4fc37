"""Processors of an erasure: each is told, by call or by letter, until it is proven that it did its part."""
