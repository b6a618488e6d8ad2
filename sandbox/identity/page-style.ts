// The look of the sign-in pages, light and dark.
export const PAGE_STYLE = `
:root{--bg:#eef2f4;--card:#fff;--text:#14242b;--dim:#52656e;--line:#d5dee2;--accent:#0b6178;--on:#fff;--hover:#f2f7f8;--warn-bg:#fff4d6;--warn:#5c4300}
@media (prefers-color-scheme:dark){:root{--bg:#0d1519;--card:#152127;--text:#e6eef1;--dim:#9db0b8;--line:#2a3b43;--accent:#4cb8d0;--on:#06222a;--hover:#1c2c33;--warn-bg:#3a2e08;--warn:#ffe3a0}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;display:flex;flex-direction:column;align-items:center}
.ribbon{margin:0;width:100%;padding:8px 16px;background:var(--warn-bg);color:var(--warn);text-align:center;font-size:13px}
.ribbon strong{text-transform:uppercase;letter-spacing:.06em;margin-right:6px}
.card{width:100%;max-width:440px;margin:auto;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow-wrap:anywhere}
h1{font-size:22px;line-height:1.25;font-weight:600;margin:0 0 4px}
.lead{margin:0 0 20px;color:var(--dim)}.lead strong{color:var(--text)}
ul{list-style:none;margin:0;padding:0}
.accounts{border-top:1px solid var(--line);margin:0 -12px}
.accounts li{border-bottom:1px solid var(--line)}
button{font:inherit;color:inherit;cursor:pointer}
.account{display:flex;gap:12px;align-items:center;width:100%;padding:12px;border:0;border-radius:6px;background:none;text-align:left;min-height:56px}
.account:hover{background:var(--hover)}
.face{flex:none;display:inline-grid;place-items:center;width:36px;height:36px;border-radius:50%;background:var(--accent);color:var(--on);font-size:13px;font-weight:600}
.who{display:flex;flex-direction:column;min-width:0}
.name{font-weight:600}.address{color:var(--dim);font-size:13px}
.signed-in{display:flex;align-items:center;gap:10px;margin:0 0 16px;color:var(--dim);font-size:13px}
.signed-in .face{width:24px;height:24px;font-size:10px}
.permissions li{padding:10px 0;border-top:1px solid var(--line)}
code{font:12px ui-monospace,monospace;color:var(--dim);display:block}
.note{color:var(--dim);font-size:13px}
.actions{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:8px;margin-top:20px}
.actions button,.primary{padding:0 20px;min-height:44px;border:1px solid var(--line);border-radius:6px;background:none}
.actions button:hover{background:var(--hover)}
.actions .primary,.primary{background:var(--accent);border-color:var(--accent);color:var(--on);font-weight:600}
.actions .primary:hover{background:var(--accent);filter:brightness(1.08)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.problem{padding:12px;border:1px solid var(--line);border-radius:6px;font-size:13px}
@media (max-width:480px){.card{margin:0;border-width:0 0 1px;border-radius:0;padding:24px 20px;flex:1}}
`.trim();
