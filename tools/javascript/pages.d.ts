// What the pages find in their window besides the browser's own.
declare function SwaggerUIBundle(options: object): unknown;
interface Window { ui: unknown; veilCsrf: string }
