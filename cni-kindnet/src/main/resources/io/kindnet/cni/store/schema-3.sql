-- How many ADDs made rows and how many DELs took some away, by who ran them: cold, a process of its own, or warm, the agent.

CREATE TABLE IF NOT EXISTS calls (
    verb TEXT NOT NULL,
    way TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (verb, way)
) WITHOUT ROWID;
