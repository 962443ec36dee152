/** People: who has an account, what they may do, and whether they can sign in. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Avatar } from "../../components/avatar.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { Field } from "../../components/field.js";
import { Menu } from "../../components/menu.js";
import { Table } from "../../components/table.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { AccountDialog } from "./account_dialog.js";
import { accountProblem } from "./account_words.js";
import { InviteDialog, LinkDialog } from "./invite_dialog.js";
import { Loaded, Section } from "./parts.js";
import { useAnswer, useResource } from "./use_resource.js";

/** Milliseconds of quiet before a search is sent. */
const PAUSE = 250;
const PAGE_SIZE = 50;

/**
 * @typedef {{id: string, kind: string, expires_at: string, link?: string | null}} Invitation
 * @typedef {object} Account
 * @property {string} id
 * @property {string} name
 * @property {string} email
 * @property {string} role
 * @property {string | null} site_id
 * @property {boolean} is_active
 * @property {boolean} is_privacy_officer
 * @property {boolean} has_password
 * @property {boolean} totp
 * @property {number} passkeys
 * @property {string | null} last_seen_at
 * @property {Invitation | null} invitation
 * @typedef {{id: string, name: string, closed_at: string | null}} Site
 */

/** @param {string} text */
function useQuiet(text) {
  const [quiet, setQuiet] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return quiet;
}

/** By name once all are there; until then the order of the server, so that nobody moves. @param {{users: Account[], next: string | null}} found */
function inOrder({ users, next }) {
  return next ? users : [...users].sort((one, other) => one.name.localeCompare(other.name));
}

/** @param {{account: Account}} props */
function SignInState({ account }) {
  if (!account.is_active) return html`<${Badge} icon="lock">${t("admin.deactivated")}</${Badge}>`;
  if (account.invitation && !account.has_password) return html`<${Badge} kind="brand" icon="send">${t("admin.invited")}</${Badge}>`;
  if (!account.has_password) return html`<${Badge} kind="warn" icon="triangle-alert">${t("admin.invitation_over")}</${Badge}>`;
  if (account.passkeys) return html`<${Badge} kind="ok" icon="shield-check">${t("admin.has_passkey")}</${Badge}>`;
  if (account.totp) return html`<${Badge} kind="ok" icon="shield-check">${t("admin.has_totp")}</${Badge}>`;
  return html`<${Badge} icon="circle-alert">${t("admin.password_only")}</${Badge}>`;
}

/** @param {{account: Account}} props */
function Who({ account }) {
  return html`<div class="admin-who"><${Avatar} name=${account.name} /><div class="admin-who__text"><span>${account.name}</span><span class="muted">${account.email}</span></div></div>`;
}

/**
 * @param {Account} account
 * @param {(act: string, account: Account) => void} onAct
 */
function actionsOf(account, onAct) {
  const item = (/** @type {string} */ id, /** @type {string} */ label, /** @type {string} */ icon, danger = false) => ({ id, label, icon, danger, onSelect: () => onAct(id, account), testid: `account-${id}` });
  const items = [item("edit", t("admin.edit_account"), "user")];
  if (!account.is_active) return [...items, item("activate", t("admin.activate"), "user-check")];
  items.push(account.has_password ? item("reset", t("admin.reset"), "refresh-cw") : item("reset", t("admin.invite_again"), "send"));
  if (account.has_password) items.push(item("reset_factors", t("admin.reset_factors"), "smartphone"));
  if (account.invitation) items.push(item("invitation", t("admin.revoke_invitation"), "circle-x"));
  return [...items, item("deactivate", t("admin.deactivate"), "user-x", true)];
}

/** @param {{accounts: Account[], sites: Site[], onAct: (act: string, account: Account) => void}} props */
function AccountTable({ accounts, sites, onAct }) {
  const siteName = (/** @type {string | null} */ id) => (id === null ? t("admin.all_sites") : sites.find((site) => site.id === id)?.name ?? "");
  const role = (/** @type {Account} */ account) => html`<span class="admin-badges"><span>${t(`role.${account.role}`)}</span>${account.is_privacy_officer && html`<${Badge} kind="brand" icon="eye">${t("admin.privacy_officer")}</${Badge}>`}</span>`;
  return html`<div class="card people-table"><${Table} caption=${t("admin.people")} rows=${accounts} rowKey=${(/** @type {Account} */ one) => one.id} columns=${[
    { id: "name", label: t("admin.person"), lead: true, cell: (/** @type {Account} */ one) => html`<${Who} account=${one} />` },
    { id: "role", label: t("admin.role"), cell: role },
    { id: "site", label: t("admin.site"), cell: (/** @type {Account} */ one) => siteName(one.site_id) },
    { id: "state", label: t("admin.sign_in"), cell: (/** @type {Account} */ one) => html`<${SignInState} account=${one} />` },
    { id: "seen", label: t("admin.last_seen"), cell: (/** @type {Account} */ one) => (one.last_seen_at ? html`<${DateTime} at=${one.last_seen_at} />` : t("admin.never")) },
    { id: "end", label: t("admin.actions"), end: true, cell: (/** @type {Account} */ one) => html`<${Menu} kind="icon" icon="ellipsis-vertical" label=${t("admin.actions_of", { name: one.name })} items=${actionsOf(one, onAct)} testid="account-menu" />` },
  ]} /></div>`;
}

/**
 * What the menu of an account does; each ends in another look at the list.
 * @param {(account: Account | null) => void} edit
 * @param {(link: string) => void} showLink
 * @param {() => void} reload
 */
function useActs(edit, showLink, reload) {
  const act = async (/** @type {string} */ id, /** @type {Account} */ account) => {
    if (id === "edit") {
      edit(account);
      return;
    }
    const path = `/admin/users/${account.id}`;
    /** @type {Record<string, () => Promise<any>>} */
    const requests = {
      reset: () => api.post(`${path}/reset`),
      reset_factors: () => api.post(`${path}/reset`, { remove_factors: true }),
      invitation: () => api.post(`${path}/invitation/revoke`),
      deactivate: () => api.post(`${path}/deactivate`),
      activate: () => api.post(`${path}/activate`),
    };
    try {
      const request = requests[id];
      if (!request) return;
      const answer = await request();
      if (answer.invitation?.link) showLink(answer.invitation.link);
      else toast(t(`admin.done_${id}`, { name: account.name }), id === "deactivate" ? { undo: () => void act("activate", account) } : {});
      reload();
    } catch (error) {
      toast(accountProblem(error));
    }
  };
  return act;
}

/** @param {{onInvite: () => void, text: string}} props */
function Nobody({ onInvite, text }) {
  if (text) return html`<div class="card"><${EmptyState} icon="search" title=${t("admin.nobody_found")}>${t("admin.nobody_found_more")}</${EmptyState}></div>`;
  return html`<div class="card"><${EmptyState} icon="users" title=${t("admin.nobody")} action=${html`<${Button} icon="user-plus" label=${t("admin.invite")} onClick=${onInvite} />`}>${t("admin.nobody_more")}</${EmptyState}></div>`;
}

/** @param {{found: import("./use_resource.js").Resource<{users: Account[], next: string | null}>, text: string}} props */
function More({ found, text }) {
  const next = found.data?.next;
  if (!next) return null;
  const more = async () => {
    try {
      const page = await api.post("/admin/users/search", { text, after: next, limit: PAGE_SIZE });
      found.put({ users: [...(found.data?.users ?? []), ...page.users], next: page.next });
    } catch (error) {
      toast(problemWords(error));
    }
  };
  return html`<div class="admin-more"><${Button} label=${t("admin.more")} onClick=${() => void more()} /></div>`;
}

export function People() {
  const [text, setText] = useState("");
  const quiet = useQuiet(text.trim());
  const found = useAnswer(() => /** @type {Promise<{users: Account[], next: string | null}>} */ (api.post("/admin/users/search", { text: quiet, limit: PAGE_SIZE })), [quiet]);
  const sites = /** @type {import("./use_resource.js").Resource<{sites: Site[]}>} */ (useResource("/admin/sites")).data?.sites ?? [];
  const [inviting, setInviting] = useState(false);
  const [edited, setEdited] = useState(/** @type {Account | null} */ (null));
  const [link, setLink] = useState("");
  const reload = () => void found.reload();
  const act = useActs(setEdited, setLink, reload);
  const invited = (/** @type {Invitation} */ invitation) => {
    setInviting(false);
    if (invitation.link) setLink(invitation.link);
    else toast(t("admin.invitation_sent"));
    reload();
  };
  const invite = html`<${Button} kind="primary" icon="user-plus" label=${t("admin.invite")} onClick=${() => setInviting(true)} testid="invite-person" />`;
  return html`<${Section} title=${t("admin.people")} hint=${t("admin.people_hint")} end=${invite} testid="admin-people">
    <${Field} label=${t("admin.search_people")} type="search" value=${text} onInput=${setText} maxlength=${80} testid="people-search" attributes=${{ autocomplete: "off", spellcheck: false }} />
    <${Loaded} resource=${found} rows=${6}>${(/** @type {{users: Account[], next: string | null}} */ data) => (data.users.length
      ? html`<${AccountTable} accounts=${inOrder(data)} sites=${sites} onAct=${(/** @type {string} */ id, /** @type {Account} */ account) => void act(id, account)} /><${More} found=${found} text=${quiet} />`
      : html`<${Nobody} onInvite=${() => setInviting(true)} text=${quiet} />`)}</${Loaded}>
    ${inviting && html`<${InviteDialog} sites=${sites} onDone=${invited} onClose=${() => setInviting(false)} />`}
    ${edited && html`<${AccountDialog} account=${edited} sites=${sites} onDone=${() => { setEdited(null); reload(); }} onClose=${() => setEdited(null)} />`}
    ${link && html`<${LinkDialog} link=${link} onClose=${() => setLink("")} />`}
  </${Section}>`;
}
