/** The files of a page, its visitor's own included. */
export type { Loading } from './download';
export type { Dropped } from './dropped';
export { LARGEST_TEXT, LARGEST_WEIGHTS, MODEL_FILES, type OwnAsset, type OwnKind } from './own';
export { AssetStore, type AssetOptions, type AssetStoreOptions, type Parcel } from './store';
