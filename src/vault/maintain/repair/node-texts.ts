/**
 * The JSON text of each node of a tree object, as it stands there: nodes that stay are written back byte for byte, with
 * fields that are not known here. The text has been parsed before, so it is JSON.
 */
export function nodeTexts(tree: string): readonly string[] {
  const start = tree.indexOf('[', tree.indexOf('"nodes"'));
  const texts: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = start + 1; at > 0 && at < tree.length; at += 1) {
    const char = tree[at];
    if (char === '"') at = endOfString(tree, at);
    else if (char === '{' || char === '[') {
      if (depth === 0) from = at;
      depth += 1;
    } else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth < 0) break;
      if (depth === 0) texts.push(tree.slice(from, at + 1));
    }
  }
  return texts;
}

/** Place of the quote that ends it. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
