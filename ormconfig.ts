/** The data source of the TypeORM command line: `typeorm -d dist/ormconfig.js migration:show`. */
import { createDataSource } from './src/platform/database/data-source';
import { parseDatabaseUrl } from './src/platform/database/database-url';

export default createDataSource(parseDatabaseUrl(process.env.DATABASE_URL ?? 'sqlite:data/vb.sqlite'));
