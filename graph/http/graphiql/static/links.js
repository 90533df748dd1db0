/* Links in answers. */

// A JSON string that is nothing but an address.
const ADDRESS = /"https?:\/\/(?:[^"\\\s]|\\.)+"/g;

/** Makes each http or https address in the editor a link that opens in a new tab, now and after each change. */
export function link(editor) {
  editor.on("changes", () => editor.operation(() => mark(editor)));
  mark(editor);
}

function mark(editor) {
  editor.eachLine((line) => {
    for (const found of line.text.matchAll(ADDRESS)) {
      const address = addressOf(found[0]);
      if (!address) continue;
      const anchor = document.createElement("a");
      Object.assign(anchor, { href: address, textContent: address, target: "_blank", rel: "noopener noreferrer" });
      const number = editor.getLineNumber(line);
      const [start, end] = [found.index + 1, found.index + found[0].length - 1];
      editor.markText({ line: number, ch: start }, { line: number, ch: end }, { replacedWith: anchor });
    }
  });
}

/** Null for what is no http or https address. */
function addressOf(literal) {
  try {
    const address = JSON.parse(literal);
    return ["http:", "https:"].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
