export default {
  'title': 'Images',
  'column.title': 'Title',
  'column.status': 'Status',
  'column.priority': 'Priority',
  'column.model': 'Model',
  'column.uploader': 'Uploader',
  'column.time': 'Uploaded',
  'column.photo': 'Photo',
  'empty.title': 'No photos yet',
  'empty.text': 'Photos that are sent by this page, by the API or by a site appear here with what was found in them.',
  'upload': 'Upload photos',
} as const;
