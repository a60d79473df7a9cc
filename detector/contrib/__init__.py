"""Blocks for other people's pipelines; each module needs the library that it is named after."""
