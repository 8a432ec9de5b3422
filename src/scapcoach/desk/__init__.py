"""The desk check: few alerts, and correct ones, when somebody sits hunched.

The parts are pure and take their time from their arguments: `posture` (landmarks to a score),
`policy` (seconds to alerts), `sampling` (when to look next), put together by `engine`. What
touches the outside world is separate: `sampler` (camera or file), `run` (the loop and its clock),
`notifiers` (alerts), and `power`, `instance` and `autostart` in `scapcoach.system`.
"""

from typing import Final

#: How easily a moment counts as hunched, from seldom to often; the scores are in `desk.policy`.
SENSITIVITIES: Final = ("low", "normal", "high")
