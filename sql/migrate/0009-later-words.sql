-- What was said of an incident after its report and is graver than it: src/domain/graver_mark.h.
ALTER TABLE incident ADD COLUMN graver TEXT;
