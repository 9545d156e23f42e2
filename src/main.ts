import 'reflect-metadata';
import { loadSettings } from './platform/settings';
import { serve } from './server';

void serve(() => loadSettings());
