"""A posable body with known joint angles, rendered to video: what the benches measure with.

Units are metres and degrees, axes x to the subject's left, y up, z forward. Import what is
needed from the modules: `pose.Pose`, `clip.render`, `clip.Setup`, `library.SCRIPTS`.
"""
