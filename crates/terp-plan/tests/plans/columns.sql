-- before
CREATE TABLE a (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(40) NOT NULL,
  note varchar(20),
  price decimal(10,4),
  state enum('new','old') NOT NULL DEFAULT 'new',
  gone int,
  KEY by_name (name)
);
-- after
CREATE TABLE a (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  first int NOT NULL DEFAULT 1,
  name varchar(60) NOT NULL,
  note varchar(20) NOT NULL,
  price decimal(10,2),
  state enum('new','old','lost') NOT NULL DEFAULT 'new',
  extra text,
  needed int NOT NULL,
  KEY by_name (name),
  UNIQUE KEY by_note (note),
  KEY by_extra (extra(10))
) COMMENT='changed';
