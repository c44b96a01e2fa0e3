-- before
CREATE TABLE parent (id int NOT NULL PRIMARY KEY, code varchar(10) NOT NULL, UNIQUE KEY by_code (code));
CREATE TABLE child (
  id int NOT NULL PRIMARY KEY, parent_id int NOT NULL, other int,
  CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id)
);
CREATE TABLE old_parent (id int NOT NULL PRIMARY KEY);
CREATE TABLE old_child (id int NOT NULL PRIMARY KEY, p int, CONSTRAINT old_fk FOREIGN KEY (p) REFERENCES old_parent (id));
CREATE TABLE stays (id int NOT NULL PRIMARY KEY, p int, CONSTRAINT stays_fk FOREIGN KEY (p) REFERENCES old_parent (id));
-- after
CREATE TABLE parent (id bigint NOT NULL PRIMARY KEY, code varchar(10) NOT NULL, UNIQUE KEY by_code (code));
CREATE TABLE child (
  id int NOT NULL PRIMARY KEY, parent_id bigint NOT NULL, other int,
  CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE
);
CREATE TABLE stays (id int NOT NULL PRIMARY KEY, p int);
CREATE TABLE first (id int NOT NULL PRIMARY KEY, s int);
CREATE TABLE second (id int NOT NULL PRIMARY KEY, f int, p bigint, CONSTRAINT s_f FOREIGN KEY (f) REFERENCES first (id), CONSTRAINT s_p FOREIGN KEY (p) REFERENCES parent (id));
ALTER TABLE first ADD CONSTRAINT f_s FOREIGN KEY (s) REFERENCES second (id);
