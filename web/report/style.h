/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_STYLE_H
#define LANTERNE_WEB_REPORT_STYLE_H

/* style — report.css, built into the program. */

#include "web/asset.h"

extern const struct asset asset_report_style;

#endif
