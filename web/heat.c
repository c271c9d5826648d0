/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/heat.h"

#include <math.h>

#include "util/language.h"
#include "web/units.h"

enum { CLASSES_A_DECADE = 2 };

int heat_class(double value, double highest)
{
	double steps = ceil(CLASSES_A_DECADE * log10(value / highest));
	double class = HEAT_CLASSES - 1 + steps;

	if (!(class > 0))
		return 0;
	return class < HEAT_CLASSES ? (int)class : HEAT_CLASSES - 1;
}

double heat_above(int class, double highest)
{
	if (class == 0)
		return 0;
	return highest *
	       pow(10, (double)(class - HEAT_CLASSES) / CLASSES_A_DECADE);
}

void heat_add_legend(struct text *out, double highest)
{
	text_addf(out, "<ul class=\"legend heat\" aria-label=\"%s\">",
		  tr(out, "Colours"));
	for (int class = 0; class < HEAT_CLASSES && highest > 0; class ++) {
		text_addf(out, "<li><span class=\"swatch h%d\"></span> &gt; ",
			  class);
		units_rate(out, heat_above(class, highest));
		text_add(out, "</li>");
	}
	text_add(out, "</ul>\n");
}
