"""Following one kind: a list, then a watch, for ever, whatever happens on the way.

`inputs` arrive, `step` decides without I/O, `actions` follow, `run` awaits; `frames` cuts the stream.
"""
