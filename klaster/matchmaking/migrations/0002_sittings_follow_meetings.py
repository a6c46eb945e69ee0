"""Times of sittings are their meeting's, whatever the code does: what makes "nobody is in two places" hold."""

from django.db import migrations

SQL = """
create function matchmaking_sitting_takes_times() returns trigger language plpgsql as $$
begin
  -- for share: whoever moves the meeting waits, or is waited for, so that no sitting keeps a time of before
  select meeting.starts, meeting.ends, meeting.state = 'agreed' and meeting.starts is not null
    into new.starts, new.ends, new.counts
    from matchmaking_meeting meeting where meeting.id = new.meeting_id for share;
  return new;
end $$;
create trigger sitting_takes_times before insert or update on matchmaking_sitting
  for each row execute function matchmaking_sitting_takes_times();

create function matchmaking_meeting_moves_sittings() returns trigger language plpgsql as $$
begin
  update matchmaking_sitting set starts = new.starts where meeting_id = new.id;
  return null;
end $$;
create trigger meeting_moves_sittings after update on matchmaking_meeting
  for each row when (old.starts is distinct from new.starts or old.ends is distinct from new.ends
                     or old.state is distinct from new.state)
  execute function matchmaking_meeting_moves_sittings();
"""
BACK = """
drop trigger meeting_moves_sittings on matchmaking_meeting;
drop function matchmaking_meeting_moves_sittings();
drop trigger sitting_takes_times on matchmaking_sitting;
drop function matchmaking_sitting_takes_times();
"""


class Migration(migrations.Migration):
    dependencies = [("matchmaking", "0001_matchmaking")]
    operations = [migrations.RunSQL(SQL, BACK)]
