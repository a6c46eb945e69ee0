"""The timetable of a matchmaking event, proven and explained: `solve(problem) -> Timetable`."""
