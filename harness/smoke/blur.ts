// Odoo 14 to 19: all but the names of the menus.
const PRIVATE = 'body > *:not(.o_web_client, header), .o_web_client > *:not(header, .o_navbar), .o_menu_systray';

/** A style that leaves discs instead of characters and washed-out pictures: nothing to read but the names of the menus. */
export const BLUR = `
  :is(${PRIVATE}), :is(${PRIVATE}) * { -webkit-text-security: disc !important; }
  :is(${PRIVATE}) select, :is(${PRIVATE}) ::placeholder { color: transparent !important; }
  :is(${PRIVATE}) { filter: blur(2px) !important; }
  :is(${PRIVATE}) :is(img, canvas, video, svg, iframe, [style*="background"]) { filter: blur(16px) !important; }`;
