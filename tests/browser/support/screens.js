// @ts-check
/** What people hold in their hands. */

/** @typedef {{ viewport: { width: number, height: number }, hasTouch?: boolean, isMobile?: boolean, userAgent?: string }} Screen */

const safari = (/** @type {string} */ system, /** @type {string} */ mobile) =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 ${mobile}Safari/604.1`;
const ipad = { hasTouch: true, isMobile: true, userAgent: safari("iPad; CPU OS 18_0 like Mac OS X", "Mobile/15E148 ") };

/** @satisfies {Record<string, Screen>} */
export const SCREENS = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, userAgent: safari("iPhone; CPU iPhone OS 18_0 like Mac OS X", "Mobile/15E148 ") },
  desktop: { viewport: { width: 1440, height: 900 } },
  ipad: { viewport: { width: 1180, height: 820 }, ...ipad },
  "ipad upright": { viewport: { width: 820, height: 1180 }, ...ipad },
};

/** @typedef {keyof typeof SCREENS} ScreenName */
