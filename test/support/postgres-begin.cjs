module.exports = require('./postgres-run.cjs').begin;
