import { describeTestedAddons } from './tested-addons.ts';

describeTestedAddons('19');
