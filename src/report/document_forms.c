/*
 * document_forms.c - the table of a report's forms.
 * Place: report, above document_*.c, each of which writes one.
 */
#include "report/document.h"

const struct report_format_row report_formats[REPORT_FORMATS] = {
    [REPORT_JSON] = {"json", "application/json", document_json},
    [REPORT_CSV] = {"csv", "text/csv; charset=utf-8", document_csv},
    [REPORT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	document_xlsx},
    [REPORT_HTML] = {"html", "text/html; charset=utf-8", document_html},
};
