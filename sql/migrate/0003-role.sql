-- 0003-role.sql - what a unit is to an incident (主办, 协办, 知会) is called as it is called everywhere: role.
ALTER TABLE dispatch RENAME COLUMN part TO role;
