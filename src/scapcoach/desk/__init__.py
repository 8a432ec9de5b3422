"""The desk check: says rarely, and only with cause, that you are hunched.

The parts are pure and take their time from their arguments: `posture` (landmarks to a score),
`policy` (seconds to alerts), `sampling` (when to look next), put together by `engine`. What touches
the world stands apart: `run` (camera and clock), `tell` (ways to alert), `power`, `instance`,
`autostart`.
"""
