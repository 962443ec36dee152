// What .ci/vendor.mjs bundles into vendor/icons.js: the icons named in icons.txt, each a list of SVG elements.
export declare const icons: Readonly<Record<string, ReadonlyArray<readonly [tag: string, attributes: Record<string, string | number>]>>>;
