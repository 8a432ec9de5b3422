"""How the surface of the back moves: pictures and landmarks in, how the blades moved out.

`patch`: the back as a small upright picture. `flow`: where its points went. `strain`: how zones of
it were stretched. `follow`: one frame after the other, rates of stretch beside the landmarks.
`reach`: how far the arms reach, which says when a repetition is at its stretch. `blades`: rates and
reach in, change of the gap between the blades since the stretch out.

The last two need no picture, so that kept landmarks with their rates can be read again.
"""
