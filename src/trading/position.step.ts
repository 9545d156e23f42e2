/** The smallest quantity of a position where no order says it. */
import { DEFAULT_SETTINGS_TEXT } from '../rules/settings';
import type { OpenPositionState } from './position.state';

/** The instrument's lot size, else the product's default step. */
export const stepOf = ({ lot_size }: OpenPositionState): string => lot_size ?? DEFAULT_SETTINGS_TEXT.qty_step;
