-- Which database this is among those restored from one another: a restore gives it a greater number. Devices tell by it that
-- what they had in common with the server of before says nothing of this one; 0: it never was restored.
CREATE TABLE generation (
    id BIGINT PRIMARY KEY,
    number BIGINT NOT NULL
);
INSERT INTO generation (id, number) VALUES (1, 0);
