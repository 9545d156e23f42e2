// Reads the types of src/contracts with the compiler: every event with its version, the shape of its data, and what is said about it.
//
// A shape is plain JSON. Text: scalars joined by " | " (amount, instant, day, text, number, flag, null, 'LITERAL'). [shape]: a list.
// { "field": shape, "field?": shape }: an object. { "*": shape }: any names. { "one of": [shapes] }: a union of more than scalars.
import { join } from 'node:path';
import ts from 'typescript';

/** Aliases of string that mean more than text; the run-time check of events knows their form. */
const SCALARS = { AmountText: 'amount', Instant: 'instant', TradingDay: 'day' };
const KEYWORDS = {
  [ts.SyntaxKind.StringKeyword]: 'text',
  [ts.SyntaxKind.NumberKeyword]: 'number',
  [ts.SyntaxKind.BooleanKeyword]: 'flag',
};
const ANY_NAME = '*';
export const ONE_OF = 'one of';

/** What a person has to put right; the message says how. */
export class Mistake extends Error {}

const CATALOG = 'src/contracts/catalog.ts';
const HEADER = { file: 'src/platform/event-store/event-store.port.ts', name: 'RecordedEvent' };

/** Opens the contracts below `root`. Packages are left aside: no event is made of their types, and reading them takes most of the time. */
export function openContracts(root) {
  const options = { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts'], skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => (text.startsWith('.') ? ts.resolveModuleName(text, from, options, host) : { resolvedModule: undefined }));
  const files = [CATALOG, HEADER.file].map((file) => join(root, file));
  const program = ts.createProgram(files, options, host);
  return { root, program, checker: program.getTypeChecker(), catalog: sourceOf(program, root, CATALOG) };
}

function sourceOf(program, root, file) {
  const source = program.getSourceFile(join(root, file));
  if (source === undefined) throw new Mistake(`${file} is not there; run this in a clone of the repository.`);
  return source;
}

/** Events by type, in the order of the catalogue: { type, version, file, doc, shape, fields: [{ path, text, doc }] }. */
export function eventsOf({ checker, catalog }) {
  const alias = catalog.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === 'DomainEvent');
  if (alias === undefined) throw new Mistake('src/contracts/catalog.ts has no type DomainEvent, the union of every event.');
  const union = checker.getTypeAtLocation(alias.name);
  const members = new Map((union.types ?? [union]).flatMap((member) => namesOf(checker, member).map((name) => [name, member])));
  return [...versionsOf(catalog)].map(([type, version]) => {
    const member = members.get(type);
    if (member === undefined) throw new Mistake(`${type} has a version in src/contracts/catalog.ts but is in none of the event unions.`);
    const file = member.symbol?.declarations?.[0]?.getSourceFile() ?? catalog;
    const reader = new ShapeReader(checker, type);
    const data = checker.getPropertyOfType(member, 'data');
    const shape = reader.ofSymbol(data);
    return { type, version, file, doc: docOfMember(member), shape, fields: reader.fieldsOf(checker.getTypeOfSymbol(data), shape) };
  });
}

/** What stands around the data of every event: [{ path, text, doc }]. */
export function headerFields({ root, program, checker }) {
  const node = sourceOf(program, root, HEADER.file).statements.find(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === HEADER.name,
  );
  if (node === undefined) throw new Mistake(`${HEADER.file} has no interface ${HEADER.name}.`);
  const reader = new ShapeReader(checker, HEADER.name);
  const type = checker.getTypeAtLocation(node.name);
  return reader.fieldsOf(type, reader.ofType(type, HEADER.name));
}

/** Events of one shape may share a member. */
function namesOf(checker, member) {
  const type = checker.getTypeOfSymbol(checker.getPropertyOfType(member, 'type'));
  const names = type.isUnion() ? type.types : [type];
  if (names.every((name) => name.isStringLiteral())) return names.map(({ value }) => value);
  throw new Mistake("Every member of an event union needs literal types: { readonly type: '…' }.");
}

/** The catalogue's own object literal: a version is a whole number written there. */
function versionsOf(catalog) {
  const versions = new Map();
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'SCHEMA_VERSIONS' && ts.isObjectLiteralExpression(node.initializer)) {
      for (const { name, initializer } of node.initializer.properties) versions.set(name.text, Number(initializer.getText()));
    }
    ts.forEachChild(node, visit);
  };
  visit(catalog);
  const odd = [...versions].find(([, version]) => !Number.isSafeInteger(version) || version < 1);
  if (odd !== undefined) throw new Mistake(`The version of ${odd[0]} in src/contracts/catalog.ts is no whole number from 1.`);
  if (versions.size === 0) throw new Mistake('src/contracts/catalog.ts lists no SCHEMA_VERSIONS.');
  return versions;
}

class ShapeReader {
  constructor(checker, owner) {
    this.checker = checker;
    this.owner = owner;
  }

  /** Of a property: as it is written where that says more than the resolved type, which forgets that a text is an amount. */
  ofSymbol(symbol) {
    const type = this.checker.getTypeOfSymbol(symbol);
    const written = symbol.declarations?.find(ts.isPropertySignature)?.type;
    return written !== undefined && areEqual(membersOf(this.typeOf(written)), membersOf(type))
      ? this.ofNode(written)
      : this.ofType(type, symbol.name);
  }

  ofNode(node) {
    if (KEYWORDS[node.kind] !== undefined) return KEYWORDS[node.kind];
    if (ts.isParenthesizedTypeNode(node)) return this.ofNode(node.type);
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) return this.ofNode(node.type);
    if (ts.isUnionTypeNode(node)) return oneOf(node.types.map((one) => this.ofNode(one)));
    if (ts.isLiteralTypeNode(node)) return node.literal.kind === ts.SyntaxKind.NullKeyword ? 'null' : this.ofType(this.typeOf(node), '');
    if (ts.isArrayTypeNode(node)) return [this.ofNode(node.elementType)];
    if (ts.isTypeReferenceNode(node)) return this.ofReference(node);
    if (ts.isIndexedAccessTypeNode(node)) return this.ofAccess(node);
    return this.ofType(this.typeOf(node), nameOf(node));
  }

  ofReference(node) {
    const name = node.typeName.getText();
    const [first, second] = node.typeArguments ?? [];
    if (name === 'Readonly' && first !== undefined) return this.ofNode(first);
    if ((name === 'ReadonlyArray' || name === 'Array') && first !== undefined) return [this.ofNode(first)];
    if (name === 'Partial' && first !== undefined) return optionalFields(this.ofNode(first));
    if (name === 'Record' && second !== undefined) return this.ofRecord(first, second);
    let symbol = this.checker.getSymbolAtLocation(node.typeName);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
    const alias = symbol?.declarations?.find(ts.isTypeAliasDeclaration);
    if (alias !== undefined && alias.typeParameters === undefined && node.typeArguments === undefined) {
      const isText = alias.type.kind === ts.SyntaxKind.StringKeyword;
      return isText && SCALARS[alias.name.text] !== undefined ? SCALARS[alias.name.text] : this.ofNode(alias.type);
    }
    return this.ofType(this.typeOf(node), nameOf(node));
  }

  ofRecord(keys, values) {
    const names = membersOf(this.typeOf(keys));
    const shape = this.ofNode(values);
    const isClosed = [...names].every((name) => name.isStringLiteral());
    return isClosed ? sorted([...names].map(({ value }) => [value, shape])) : { [ANY_NAME]: shape };
  }

  /** `EvaluationData['position']`: the property as it is written. */
  ofAccess(node) {
    const index = this.typeOf(node.indexType);
    const property = index.isStringLiteral() ? this.checker.getPropertyOfType(this.typeOf(node.objectType), index.value) : undefined;
    return property === undefined ? this.ofType(this.typeOf(node), nameOf(node)) : this.ofSymbol(property);
  }

  ofType(type, name) {
    const { checker } = this;
    if (type.isUnion()) return oneOf([...membersOf(type)].map((one) => this.ofType(one, name)));
    if (type.isStringLiteral()) return `'${type.value}'`;
    if (type.isNumberLiteral()) return String(type.value);
    if (type.flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type);
    if (type.flags & ts.TypeFlags.String || type.flags & ts.TypeFlags.TemplateLiteral) return 'text';
    if (type.flags & ts.TypeFlags.Number) return 'number';
    if (type.flags & ts.TypeFlags.Boolean) return 'flag';
    if (type.flags & ts.TypeFlags.Null) return 'null';
    if (checker.isArrayType(type)) return [this.ofType(checker.getTypeArguments(type)[0], name)];
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) || type.getCallSignatures().length > 0)
      throw this.vague(type, name);
    return this.ofObject(type, name);
  }

  ofObject(type, name) {
    const { checker } = this;
    const others = checker.getIndexInfosOfType(type).find(({ keyType }) => keyType.flags & ts.TypeFlags.String);
    const properties = checker.getPropertiesOfType(type);
    if (others === undefined && properties.length === 0 && checker.typeToString(type) !== '{}') throw this.vague(type, name);
    const fields = properties.map((property) => [`${property.name}${isOptional(property) ? '?' : ''}`, this.ofSymbol(property)]);
    if (others !== undefined) fields.push([ANY_NAME, this.ofType(others.type, name)]);
    return sorted(fields);
  }

  vague(type, name) {
    return new Mistake(
      `${this.owner}: the type of ${name} is ${this.checker.typeToString(type)}, whose changes nobody would notice. ` +
        'Spell out what is stored: texts, numbers, flags, null, lists and objects of them.',
    );
  }

  typeOf(node) {
    return this.checker.getTypeFromTypeNode(node);
  }

  /** Every field for a table, in the order they are declared; fields of fields as `quote.bid`. */
  fieldsOf(root, shape) {
    const rows = [];
    const visit = (type, path, at) => {
      if (typeof at === 'string') return;
      if (Array.isArray(at)) return visit(this.checker.getTypeArguments(type)[0], `${path}[]`, at[0]);
      if (at[ONE_OF] !== undefined) return at[ONE_OF].forEach((one) => visit(type, path, one));
      for (const property of this.checker.getPropertiesOfType(type)) {
        const key = [property.name, `${property.name}?`].find((name) => at[name] !== undefined);
        if (key === undefined) continue;
        const place = path === '' ? key : `${path}.${key}`;
        rows.push({ path: place, text: shapeText(at[key]), doc: docOf(this.checker, property) });
        visit(objectIn(this.checker.getTypeOfSymbol(property)), place.replace(/\?$/, ''), at[key]);
      }
    };
    visit(root, '', shape);
    return rows;
  }
}

/** Of the property that a type is written for. */
const nameOf = (node) => (node === undefined ? 'data' : ts.isPropertySignature(node) ? node.name.getText() : nameOf(node.parent));
const isOptional = (symbol) => Boolean(symbol.flags & ts.SymbolFlags.Optional);
const docOf = (checker, symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim();
const sorted = (fields) => Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
const optionalFields = (shape) => Object.fromEntries(Object.entries(shape).map(([name, of]) => [`${name.replace(/\?$/, '')}?`, of]));

/** What a union consists of; that a field may be missing is said by its name. */
const membersOf = (type) => new Set((type.isUnion() ? type.types : [type]).filter(({ flags }) => !(flags & ts.TypeFlags.Undefined)));
const areEqual = (some, others) => some.size === others.size && [...some].every((one) => others.has(one));
const objectIn = (type) => [...membersOf(type)].find(({ flags }) => flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) ?? type;

/** The comment of an event's member in its union: before its bar, or inside its braces. */
function docOfMember(member) {
  const node = member.symbol?.declarations?.[0];
  if (node === undefined) return '';
  const text = node.getSourceFile().getFullText();
  const siblings = ts.isUnionTypeNode(node.parent) ? node.parent.types : [node];
  const before = siblings[siblings.indexOf(node) - 1]?.end ?? (ts.isUnionTypeNode(node.parent) ? node.parent.pos : node.pos);
  return [before, node.members[0]?.pos ?? node.end]
    .flatMap((position) => ts.getLeadingCommentRanges(text, position) ?? [])
    .map(({ pos, end }) => text.slice(pos, end))
    .filter((comment) => comment.startsWith('/**'))
    .map((comment) =>
      comment
        .replace(/^\/\*\*|\*\/$|^\s*\*/gm, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .join(' ');
}

/** Scalars of a union become one text, literals last; null is named once. */
function oneOf(shapes) {
  const flat = shapes.flatMap((shape) =>
    shape !== null && typeof shape === 'object' && shape[ONE_OF] !== undefined ? shape[ONE_OF] : [shape],
  );
  const scalars = new Set(flat.filter((shape) => typeof shape === 'string').flatMap((shape) => shape.split(' | ')));
  if (scalars.delete('true') && scalars.delete('false')) scalars.add('flag');
  const rank = (scalar) => (scalar === 'null' ? 2 : scalar.startsWith("'") ? 1 : 0);
  const text = [...scalars].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).join(' | ');
  const others = flat.filter((shape) => typeof shape !== 'string');
  if (others.length === 0) return text;
  if (others.length === 1 && text === '') return others[0];
  return { [ONE_OF]: text === '' ? others : [...others, text] };
}

/** A shape as one line for people. */
export function shapeText(shape) {
  if (typeof shape === 'string') return shape;
  if (Array.isArray(shape)) return `list of ${shapeText(shape[0])}`;
  if (shape[ONE_OF] !== undefined) return shape[ONE_OF].map(shapeText).join(' | ');
  return Object.keys(shape).join() === ANY_NAME ? `by name: ${shapeText(shape[ANY_NAME])}` : 'object';
}
