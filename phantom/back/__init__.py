"""The rendered body from behind: textured skin and cloth, blades that glide, truth of their gap.

Everything here is an addition: it draws with its own `render.BackRenderer` and changes no pixel
of what `phantom.clip` renders. `python -m phantom.back --help` makes clips; in Python,
`clip.BackSetup` and `clip.render` do.
"""
