/* The header of an exported network: its description, its constants, and its functions. */
#ifndef SNND_EXPORT_C_HEADER_H
#define SNND_EXPORT_C_HEADER_H

#include "export/c_state.h"

void snnd_c_write_header(snnd_c_text *text, const snnd_c_network *network, const snnd_c_member *member, int32_t count,
                         const snnd_export_c_report *report);

#endif
