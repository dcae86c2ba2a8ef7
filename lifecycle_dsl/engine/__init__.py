"""Events into decisions: records, state, timers, the step. Pure: no input or output, no clock."""
