import { readSettings } from '../settings.ts';
import { expect, test } from '../test.ts';
import { webClientReady } from '../web-client.ts';

test.use({ signedIn: false });

test('A user signs in through the page', { tag: '@critical' }, async ({ page, watch, step }) => {
  const { database, login, password } = readSettings();
  const form = page.locator('form.oe_login_form');
  const refusal = form.locator('.alert-danger');

  await step('Login page', async () => {
    await page.goto(`/web/login?db=${encodeURIComponent(database)}`, { waitUntil: 'commit' });
    await expect(form, 'the login page shows its form').toBeVisible({ timeout: 60_000 });
  });

  await step('Signed in', async () => {
    await form.locator('input[name=login]').fill(login);
    await form.locator('input[name=password]').fill(password);
    // The website's search has a submit button, too.
    await form.locator('button[type=submit]').click();
    const answered = expect(page.locator('.o_main_navbar').or(refusal).first(), 'the login form is answered');
    await watch.orBrokenBundle(answered.toBeVisible({ timeout: 60_000 }));
    expect(await refusal.isVisible(), 'Odoo accepts login and password').toBe(false);
    await webClientReady(page, watch);
    await expect(page.locator('.o_main_navbar'), 'the web client shows its navigation bar').toBeVisible();
  });
});
