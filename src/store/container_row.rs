//! A container's row.

use std::rc::Rc;

use super::cell::{Cell, optional, values};
use super::pages::PAGE_ROWS;
use super::{Statement, StoreError, Value};
use crate::pool::{
    Container, ContainerId, ContainerName, Generation, Memory, OnRelease, Session, State, StopCause,
};

const TABLE: &str = "container";

/// As the constraint has it, and the option.
const REVISION_BYTES_MAX: usize = 128;

const STARTING: &str = "starting";
const WARM: &str = "warm";
const ASSIGNED: &str = "assigned";
const DRAINING: &str = "draining";
const STOPPING: &str = "stopping";

/// All rows, in the order [`read`] wants their columns. An id, which is bytes
/// in its row, crosses to and from SQLite as digits, as a value is text.
macro_rules! all_rows {
    () => {
        "
    SELECT lower(hex(id)), name, generation, created_at_ms, revision, state,
           deadline_at_ms, ready_at_ms, session, claimed_at_ms, on_release,
           stop_cause, destroy_at_ms, settled_at_ms
    FROM container"
    };
}

/// All rows at once.
#[cfg(test)]
pub const SELECT: &str = all_rows!();

/// At most so many rows after an id, by their ids.
const SELECT_AFTER: &str = concat!(all_rows!(), " WHERE id > unhex(?) ORDER BY id LIMIT ?");

/// Reads the page of rows after that id; the empty text is before all of them.
pub fn select_after(id: &str) -> Statement {
    Statement { sql: SELECT_AFTER, params: vec![Value::text(id), Value::count(PAGE_ROWS as u64)] }
}

/// `id` and `state` lead, and what belongs to a state follows.
const PUT: &str = "
    INSERT INTO container (
        id, name, generation, created_at_ms, revision, state,
        deadline_at_ms, ready_at_ms, session, claimed_at_ms, on_release,
        stop_cause, destroy_at_ms, settled_at_ms
    ) VALUES (unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name,
        generation = excluded.generation,
        created_at_ms = excluded.created_at_ms,
        revision = excluded.revision,
        state = excluded.state,
        deadline_at_ms = excluded.deadline_at_ms,
        ready_at_ms = excluded.ready_at_ms,
        session = excluded.session,
        claimed_at_ms = excluded.claimed_at_ms,
        on_release = excluded.on_release,
        stop_cause = excluded.stop_cause,
        destroy_at_ms = excluded.destroy_at_ms,
        settled_at_ms = excluded.settled_at_ms";

const CHANGE_STATE: &str = "
    UPDATE container SET
        state = ?, deadline_at_ms = ?, ready_at_ms = ?, session = ?, claimed_at_ms = ?, on_release = ?,
        stop_cause = ?, destroy_at_ms = ?, settled_at_ms = ?
    WHERE id = unhex(?)";

const DELETE: &str = "DELETE FROM container WHERE id = unhex(?)";

/// The columns that belong to some states only.
const STATE_COLUMNS: [&str; 8] = [
    "deadline_at_ms",
    "ready_at_ms",
    "session",
    "claimed_at_ms",
    "on_release",
    "stop_cause",
    "destroy_at_ms",
    "settled_at_ms",
];
const STARTING_COLUMNS: &[usize] = &[0];
const WARM_COLUMNS: &[usize] = &[1];
const ASSIGNED_COLUMNS: &[usize] = &[2, 3, 4];
const DRAINING_COLUMNS: &[usize] = &[0, 4, 5];
const STOPPING_COLUMNS: &[usize] = &[5, 6, 7];

/// Inserts or replaces the row.
pub fn put(container: &Container) -> Statement {
    let mut params = vec![
        Value::text(container.id),
        Value::text(container.name),
        Value::count(container.generation.0.into()),
        Value::count(container.created_at_ms),
        Value::optional(container.revision.as_deref(), Value::text),
    ];
    params.extend(state_params(&container.state));
    Statement { sql: PUT, params }
}

/// Replaces the state in the row there is. The constraints on the other columns
/// are not looked at again, which is most of the work that a row is.
pub fn change_state(container: &Container) -> Statement {
    let mut params = Vec::from(state_params(&container.state));
    params.push(Value::text(container.id));
    Statement { sql: CHANGE_STATE, params }
}

/// The state, and what belongs to it.
fn state_params(state: &State) -> [Value; 1 + STATE_COLUMNS.len()] {
    let mut params = [const { Value::Null }; 1 + STATE_COLUMNS.len()];
    let [name, deadline, ready, session, claimed, on_release, cause, destroy, settled] = &mut params;
    *name = Value::text(match state {
        State::Starting { deadline_at_ms } => {
            *deadline = Value::count(*deadline_at_ms);
            STARTING
        }
        State::Warm { ready_at_ms } => {
            *ready = Value::count(*ready_at_ms);
            WARM
        }
        State::Assigned { session: holder, claimed_at_ms, on_release: policy } => {
            *session = Value::text(holder.as_str());
            *claimed = Value::count(*claimed_at_ms);
            *on_release = Value::text(policy.as_str());
            ASSIGNED
        }
        State::Draining { cause: why, deadline_at_ms, on_release: policy } => {
            *deadline = Value::count(*deadline_at_ms);
            *on_release = Value::text(policy.as_str());
            *cause = Value::text(why.as_str());
            DRAINING
        }
        State::Stopping { cause: why, destroy_at_ms, settled_at_ms } => {
            *cause = Value::text(why.as_str());
            *destroy = Value::count(*destroy_at_ms);
            *settled = Value::count(*settled_at_ms);
            STOPPING
        }
    });
    params
}

/// Deletes the row.
pub fn delete(id: ContainerId) -> Statement {
    Statement { sql: DELETE, params: vec![Value::text(id)] }
}

/// The container of a row of [`SELECT`], with nothing in its memory.
pub fn read(row: Vec<Value>) -> Result<Container, StoreError> {
    let [key, name, generation, created, revision, state, own @ ..] = values::<14>(TABLE, &row)?;
    let cell = |column, value| Cell { table: TABLE, key, column, value };
    Ok(Container {
        id: cell("id", key).parsed("64 lower-case hex digits", parse_id)?,
        name: cell("name", name).parsed("a UUID in lower case", parse_name)?,
        generation: read_generation(cell("generation", generation))?,
        created_at_ms: cell("created_at_ms", created).count()?,
        revision: optional(&[cell("revision", revision)], |[revision]| {
            revision.parsed("1 to 128 bytes of text", parse_revision)
        })?,
        state: read_state(cell("state", state), own)?,
        memory: Memory::default(),
    })
}

fn read_generation(cell: Cell<'_>) -> Result<Generation, StoreError> {
    let generation = Generation(cell.count()?);
    if generation < Generation::FIRST {
        return Err(cell.unreadable("a generation (1 or more)"));
    }
    Ok(generation)
}

fn read_state(state: Cell<'_>, own: &[Value; STATE_COLUMNS.len()]) -> Result<State, StoreError> {
    let cell = |at: usize| Cell { column: STATE_COLUMNS[at], value: &own[at], ..state };
    let on_release = || cell(4).parsed("a known policy", OnRelease::parse);
    let cause = || cell(5).parsed("a known cause", StopCause::parse);
    let (read, columns) = match state.text()? {
        STARTING => (State::Starting { deadline_at_ms: cell(0).count()? }, STARTING_COLUMNS),
        WARM => (State::Warm { ready_at_ms: cell(1).count()? }, WARM_COLUMNS),
        ASSIGNED => {
            let session = cell(2).parsed("a session id", |text| Session::new(text).ok())?;
            let (claimed_at_ms, on_release) = (cell(3).count()?, on_release()?);
            (State::Assigned { session, claimed_at_ms, on_release }, ASSIGNED_COLUMNS)
        }
        DRAINING => {
            let (cause, deadline_at_ms, on_release) = (cause()?, cell(0).count()?, on_release()?);
            (State::Draining { cause, deadline_at_ms, on_release }, DRAINING_COLUMNS)
        }
        STOPPING => {
            let (cause, destroy_at_ms, settled_at_ms) = (cause()?, cell(6).count()?, cell(7).count()?);
            (State::Stopping { cause, destroy_at_ms, settled_at_ms }, STOPPING_COLUMNS)
        }
        _ => return Err(state.unreadable("a known state")),
    };
    let alien =
        (0..own.len()).map(cell).enumerate().find(|(at, cell)| !columns.contains(at) && !cell.is_null());
    alien.map_or(Ok(read), |(_, cell)| Err(cell.unreadable("NULL, as it must be in this state")))
}

fn parse_revision(text: &str) -> Option<Rc<str>> {
    (1..=REVISION_BYTES_MAX).contains(&text.len()).then(|| text.into())
}

/// Upper case is refused, here and in a name: it would be written back as lower
/// case, which is not what the row holds.
fn parse_id(text: &str) -> Option<ContainerId> {
    ContainerId::parse(text).filter(|_| is_lower_case(text))
}

fn parse_name(text: &str) -> Option<ContainerName> {
    ContainerName::parse(text).filter(|_| is_lower_case(text))
}

fn is_lower_case(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_uppercase())
}
