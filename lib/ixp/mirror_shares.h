/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_MIRROR_SHARES_H
#define LANTERNE_IXP_MIRROR_SHARES_H

/*
 * mirror_shares — what share of a mirror's frames is no chance any more, but a
 * fault of the switch's session: identical frames come by themselves, and short
 * ones that say more, but seldom.
 */

#define MIRROR_SHARE_OF_DOUBLED 0.05 /* second copies */
#define MIRROR_SHARE_OF_CUT	0.05 /* shorter than their IP headers say */

#endif
