module.exports = require('./postgres-run.cjs').end;
