// What .ci/vendor.mjs bundles into vendor/preact.js; copied beside it so that tsc finds the types.
import type { ComponentChildren, VNode } from "preact";

export { render, Fragment, createContext } from "preact";
export { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback } from "preact/hooks";
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from "@preact/signals";
export type { VNode, ComponentChild, ComponentChildren, RefObject, Ref, FunctionComponent } from "preact";
export type { Signal, ReadonlySignal } from "@preact/signals";

/** Makes one node. Attributes are not checked: htm, through which nearly all nodes are made, cannot know them. */
export declare function h(type: unknown, props?: Record<string, unknown> | null, ...children: ComponentChildren[]): VNode;

/** htm bound to `h`. One root gives one node; several roots give an array, which Preact renders as well. */
export declare function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
