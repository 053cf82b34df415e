/**
 * The first tables. Logs have no foreign key: it would cost a look-up per line, and sweeping removes them first. Nor
 * have the snapshots of executions: the removal of one would look through all executions.
 */
export const first = `
create table meta (
  key text primary key,
  value text not null
) strict, without rowid;
insert into meta values ('deck', lower(hex(randomblob(8))));

create table secrets (
  name text primary key,
  value blob not null,
  updated_at integer not null
) strict, without rowid;

create table categories (
  id integer primary key,
  parent_id integer references categories (id),
  path text not null unique,
  search text not null default '',
  name text not null,
  description text,
  max_workers integer,
  policy text not null default '{}',
  created_at integer not null
) strict;

create table snapshots (
  id integer primary key,
  digest text not null unique,
  body text not null
) strict;

create table jobs (
  id text primary key,
  key text not null,
  name text not null,
  description text,
  category_id integer references categories (id),
  definition_id integer not null references snapshots (id),
  tags text not null default '[]',
  search text not null default '',
  managed_by text,
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer
) strict;
create unique index jobs_by_key on jobs (key) where deleted_at is null;
create index jobs_deleted on jobs (deleted_at) where deleted_at is not null;
create index jobs_by_name on jobs (name);
create index jobs_by_category on jobs (category_id);

create table versions (
  job_id text not null references jobs (id),
  number integer not null,
  snapshot_id integer not null references snapshots (id),
  at integer not null,
  primary key (job_id, number)
) strict, without rowid;

create table trail (
  id integer primary key autoincrement,
  at integer not null,
  actor text not null,
  action text not null,
  job_id text,
  execution_id integer,
  details text
) strict;
create index trail_by_job on trail (job_id, id);

create table pauses (
  target text primary key,
  paused_from integer not null,
  paused_until integer,
  reason text
) strict, without rowid;

create table hosts (
  id text primary key,
  kind text not null,
  machine text not null,
  process_id integer not null,
  process_started text,
  version text not null,
  opened_at integer not null,
  closed_at integer
) strict;
create index hosts_open on hosts (id) where closed_at is null;

create table executions (
  id integer primary key autoincrement,
  job_id text not null references jobs (id),
  parent_id integer references executions (id) on delete set null,
  start_id integer,
  definition_id integer not null,
  environment_id integer,
  owner text not null,
  host_id text references hosts (id),
  mode text not null,
  lane text not null,
  status text not null,
  trigger text not null,
  attempt integer not null,
  priority integer not null,
  rank integer not null,
  due integer not null,
  scheduled_at integer not null,
  expires_at integer,
  queued_at integer not null,
  claimed_at integer,
  started_at integer,
  ended_at integer,
  duration_ms integer,
  process_id integer,
  process_started text,
  stop_requested_at integer,
  stop_reason text,
  stop_force integer not null,
  forced integer not null,
  warned integer not null,
  progress real not null,
  progress_message text,
  params text not null,
  result text,
  error text,
  exit_code integer,
  exit_signal text,
  log_count integer not null,
  log_bytes integer not null default 0,
  deleted_at integer
) strict;
create index executions_by_job on executions (job_id, id);
create index executions_by_time on executions (queued_at, id, job_id);
create index executions_by_start on executions (started_at, id, job_id) where started_at is not null;
create index executions_by_end on executions (ended_at, id, job_id, status) where ended_at is not null;
create index executions_by_duration on executions (duration_ms, id, job_id, status) where duration_ms is not null;
create index executions_by_trigger on executions (trigger, mode, id);
create index executions_ended on executions (status, id) where ended_at is not null;
create index executions_by_job_end on executions (job_id, status, id) where ended_at is not null;
create index executions_by_parent on executions (parent_id) where parent_id is not null;
create index executions_queued on executions (owner, job_id, definition_id, rank, id) where status = 'queued' and due > 0;
create index executions_urgent on executions (owner, job_id, definition_id, rank, id) where status = 'queued' and due = 2;
create index executions_later on executions (due, scheduled_at) where status = 'queued' and due <= 0;
create index executions_expiring on executions (expires_at) where status = 'queued' and expires_at is not null;
create index executions_open on executions (job_id, lane, host_id) where status in ('initializing', 'running');
create index executions_deleted on executions (deleted_at) where deleted_at is not null;

create table approvals (
  digest text not null,
  name text not null,
  at integer not null,
  actor text not null,
  version text not null,
  primary key (digest, name)
) strict, without rowid;
create index approvals_by_name on approvals (name, at);

create table samples (
  execution_id integer not null,
  time integer not null,
  cpu real not null,
  memory integer not null,
  primary key (execution_id, time)
) strict, without rowid;

create table logs (
  execution_id integer not null,
  sequence integer not null,
  time integer not null,
  level integer not null,
  stream integer not null,
  message text not null,
  fields text,
  dropped_through integer,
  primary key (execution_id, sequence)
) strict, without rowid;

create table artifacts (
  execution_id integer not null,
  name text not null,
  size integer not null,
  kept_at integer not null,
  primary key (execution_id, name)
) strict, without rowid;

create table summaries (
  execution_id integer primary key,
  text text not null
) strict;

create table endings (
  job_id text not null references jobs (id) on delete cascade,
  hour integer not null,
  status text not null,
  bucket integer not null,
  count integer not null,
  duration integer not null,
  primary key (job_id, hour, status, bucket)
) strict, without rowid;

create table deck_endings (
  hour integer not null,
  status text not null,
  bucket integer not null,
  count integer not null,
  duration integer not null,
  primary key (hour, status, bucket)
) strict, without rowid;

create table sizes (
  job_id text primary key references jobs (id) on delete cascade,
  log_bytes integer not null,
  artifact_bytes integer not null default 0
) strict, without rowid;

create table counters (
  job_id text not null references jobs (id) on delete cascade,
  status text not null,
  count integer not null,
  last_at integer,
  primary key (job_id, status)
) strict, without rowid;
create table plans (
  job_id text primary key references jobs (id) on delete cascade,
  kind text not null,
  since integer not null,
  cursor integer not null,
  next_at integer,
  due_at integer,
  snoozed_at integer,
  stopped text
) strict, without rowid;
create index plans_due on plans (due_at) where due_at is not null;
create index plans_cursor on plans (cursor);
create index plans_idle on plans (job_id) where kind = 'cron' and due_at is null;
create index plans_daemons on plans (job_id) where kind = 'daemon';

create table occurrences (
  job_id text not null references jobs (id) on delete cascade,
  first_at integer not null,
  last_at integer not null,
  count integer not null,
  outcome text not null,
  reason text not null,
  detail text,
  execution_id integer,
  decided_at integer not null,
  primary key (job_id, first_at)
) strict, without rowid;
create index occurrences_by_time on occurrences (first_at);
create index occurrences_held on occurrences (job_id, first_at) where outcome = 'held';

create index executions_caught_up on executions (due, id)
  where trigger = 'catch-up' and status in ('queued', 'initializing', 'running');
`
