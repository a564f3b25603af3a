/** The line the server puts before the service worker. */
declare const BUILD: { version: string; files: string[] };
