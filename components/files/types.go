package files

import (
	"cmp"
	"path"
	"strings"
)

// noCharset as Tree.Charset means that types of text say nothing.
const noCharset = "none"

// mediaType returns the media type of a file by its name's last extension.
func (t *Tree) mediaType(name string) string {
	if media, ok := t.opts.known(strings.ToLower(path.Ext(name))); ok {
		return media
	}
	return withCharset(t.opts.defaultType, t.opts.charset)
}

// known returns the media type of an extension in lower case, if it has one.
func (o *options) known(ext string) (media string, ok bool) {
	if media, ok := o.types[ext]; ok {
		return withCharset(media, o.charset), true
	}
	if media, ok := mediaTypes[ext]; ok {
		return withCharset(media, cmp.Or(o.charset, defaultCharset)), true
	}
	return "", false
}

// withCharset adds a charset to a type of text that names none.
func withCharset(media, charset string) string {
	lower := strings.ToLower(media)
	if charset == "" || charset == noCharset || !strings.HasPrefix(lower, "text/") || strings.Contains(lower, "charset=") {
		return media
	}
	return media + "; charset=" + charset
}

// mediaTypes are the types of common files by extension. The table is the
// package's own, not the machine's /etc/mime.types, so that the same files have
// the same types everywhere. Text is said to have the Tree's Charset; JSON, XML,
// YAML and TOML are not, because their encoding is given by the format (RFC 8259
// section 8.1, RFC 7303 section 3, RFC 9512 section 2.1).
var mediaTypes = map[string]string{
	// Pages and what they load.
	".html":        "text/html",
	".htm":         "text/html",
	".xhtml":       "application/xhtml+xml",
	".css":         "text/css",
	".js":          "text/javascript", // RFC 9239
	".mjs":         "text/javascript",
	".json":        "application/json",
	".map":         "application/json",
	".jsonld":      "application/ld+json",
	".geojson":     "application/geo+json",
	".webmanifest": "application/manifest+json",
	".wasm":        "application/wasm",
	".vtt":         "text/vtt",

	// Text and data.
	".txt":   "text/plain",
	".text":  "text/plain",
	".log":   "text/plain",
	".md":    "text/markdown", // RFC 7763: charset is required
	".csv":   "text/csv",
	".tsv":   "text/tab-separated-values",
	".ics":   "text/calendar",
	".vcf":   "text/vcard",
	".xml":   "application/xml",
	".xsl":   "application/xslt+xml",
	".xslt":  "application/xslt+xml",
	".rss":   "application/rss+xml",
	".atom":  "application/atom+xml",
	".yaml":  "application/yaml", // RFC 9512
	".yml":   "application/yaml",
	".toml":  "application/toml",
	".sql":   "application/sql",
	".jsonl": "application/jsonl",

	// Images.
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".apng": "image/apng",
	".jpg":  "image/jpeg",
	".jpeg": "image/jpeg",
	".gif":  "image/gif",
	".webp": "image/webp",
	".avif": "image/avif",
	".jxl":  "image/jxl",
	".heic": "image/heic",
	".bmp":  "image/bmp",
	".tif":  "image/tiff",
	".tiff": "image/tiff",
	".ico":  "image/vnd.microsoft.icon",

	// Fonts: RFC 8081.
	".woff":  "font/woff",
	".woff2": "font/woff2",
	".ttf":   "font/ttf",
	".otf":   "font/otf",
	".ttc":   "font/collection",
	".eot":   "application/vnd.ms-fontobject",

	// Sound and film.
	".mp3":  "audio/mpeg",
	".m4a":  "audio/mp4",
	".aac":  "audio/aac",
	".flac": "audio/flac",
	".wav":  "audio/wav",
	".ogg":  "audio/ogg",
	".oga":  "audio/ogg",
	".opus": "audio/ogg",
	".weba": "audio/webm",
	".mid":  "audio/midi",
	".midi": "audio/midi",
	".mp4":  "video/mp4",
	".m4v":  "video/mp4",
	".webm": "video/webm",
	".ogv":  "video/ogg",
	".mov":  "video/quicktime",
	".mkv":  "video/matroska",
	".avi":  "video/x-msvideo",
	".mpeg": "video/mpeg",
	".mpg":  "video/mpeg",
	".ts":   "video/mp2t",
	".m3u8": "application/vnd.apple.mpegurl",
	".mpd":  "application/dash+xml",

	// Documents.
	".pdf":  "application/pdf",
	".ps":   "application/postscript",
	".rtf":  "application/rtf",
	".epub": "application/epub+zip",
	".doc":  "application/msword",
	".xls":  "application/vnd.ms-excel",
	".ppt":  "application/vnd.ms-powerpoint",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odp":  "application/vnd.oasis.opendocument.presentation",

	// Archives, as files to keep: no Content-Encoding is meant.
	".zip": "application/zip",
	".gz":  "application/gzip",
	".tgz": "application/gzip",
	".tar": "application/x-tar",
	".zst": "application/zstd",
	".br":  "application/x-brotli",
	".bz2": "application/x-bzip2",
	".xz":  "application/x-xz",
	".7z":  "application/x-7z-compressed",
	".rar": "application/vnd.rar",
	".jar": "application/java-archive",
	".apk": "application/vnd.android.package-archive",
	".deb": "application/vnd.debian.binary-package",
}
