"""When the service may write first: kinds of reminders, the hours of a family, days that hurt. Pure: no clock, no rows."""
