/* What stands above the tabs: the introduction, and whom requests are signed in as. */

const USER = "graphiql:demoUser";
const HIDDEN = "graphiql:introductionHidden";
const find = (id) => document.getElementById(id);

/**
 * `users`: of the demo, {name, label, token}; without any there is a field for a token, which is kept nowhere.
 * `onSignIn` is called after each change; until its promise is fulfilled, nobody else can be signed in.
 */
export class Header {
  #users;

  constructor(users) {
    this.#users = users;
    find("demo").hidden = !users.length;
    find("real").hidden = Boolean(users.length);
    for (const { name, label } of users) find("user").add(new Option(label, name));
    const known = users.some(({ name }) => name === localStorage.getItem(USER));
    if (known) find("user").value = localStorage.getItem(USER);
    find("introduction").hidden = localStorage.getItem(HIDDEN) === "true";
    find("hide").addEventListener("click", () => {
      localStorage.setItem(HIDDEN, "true");
      find("introduction").hidden = true;
    });
  }

  set onSignIn(signedIn) {
    for (const field of [find("token"), find("user")])
      field.addEventListener("change", async () => {
        if (field.id === "user") localStorage.setItem(USER, field.value);
        field.disabled = true;
        await signedIn();
        field.disabled = false;
      });
  }

  /** "" before a token was pasted. */
  get token() {
    const user = this.#users.find(({ name }) => name === find("user").value);
    return user ? user.token : find("token").value.trim();
  }
}
