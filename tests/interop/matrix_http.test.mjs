import { matrix } from './lib/matrix.mjs';

matrix('http');
