/*
 * words_photos.mjs - what is said of photos, on the phone, at the desk and in the office.
 */
import { words } from './words.mjs';

words({
  photos: ['照片', 'Photos'], photoOf: ['{0}的照片,{1}', 'Photo, {0}, {1}'], takePhoto: ['拍照或选照片', 'Take or choose a photo'], photosMost: ['最多 {0} 张', 'at most {0}'],
  photoBad: ['这张照片读不了,请换一张', 'This photo cannot be read; choose another'], photoDrop: ['不要第 {0} 张', 'Leave out photo {0}'], photoGone: ['照片取不到', 'The photo cannot be had'],
  photoNew: ['待送的第 {0} 张照片', 'Photo {0}, to be sent'], photoKept: ['照片 {0} 张,SHA-256', '{0} photos, SHA-256'],
  'pstep-departed': ['途中', 'on the way'], 'pstep-arrived': ['到场', 'on arrival'], 'pstep-progressed': ['反馈', 'with a report'], 'pstep-completed': ['办完', 'when done'],
});
