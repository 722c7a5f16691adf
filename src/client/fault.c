/*
 * fault.c - what OpenSSL says of a certificate or a connection, as a sentence that names the thing and says what to
 * do. Place: the client library; tls.c asks it where something has failed.
 */
#include "client/fault.h"
#include "base/reason.h"
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define NAMES_SHOWN 4 /* of those that a certificate is for */

void fault_set(struct client_fault *f, const char *word, const char *format, ...)
{
	va_list args;
	f->word = word;
	va_start(args, format);
	vsnprintf(f->text, sizeof f->text, format, args);
	va_end(args);
}

/* -- what a certificate says ---------------------------------------------------------------- */

static void date_of(const ASN1_TIME *t, char out[32])
{
	struct tm utc, local;
	time_t at;
	snprintf(out, 32, "?");
	if (!t || !ASN1_TIME_to_tm(t, &utc))
		return;
	at = timegm(&utc);
	if (localtime_r(&at, &local))
		strftime(out, 32, "%Y-%m-%d %H:%M", &local);
}

/* One name of a certificate that a person can read: printable bytes alone. False: another kind. */
static bool name_text(const GENERAL_NAME *g, char *out, size_t len)
{
	const ASN1_STRING *s = g->type == GEN_IPADD ? g->d.iPAddress : g->d.ia5;
	const unsigned char *p;
	int n;
	if (g->type != GEN_DNS && g->type != GEN_URI && g->type != GEN_IPADD)
		return false;
	p = ASN1_STRING_get0_data(s);
	n = ASN1_STRING_length(s);
	if (g->type == GEN_IPADD)
		return (n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET : AF_INET6, p, out, (socklen_t)len);
	for (int i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7F)
			return false;
	snprintf(out, len, "%.*s", n, (const char *)p);
	return true;
}

/* "a、b、c 等"; "(没有名称)". */
static void names_of(X509 *certificate, char *out, size_t len)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char one[80];
	size_t at = 0;
	int shown = 0;
	*out = '\0';
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (!name_text(sk_GENERAL_NAME_value(names, i), one, sizeof one))
			continue;
		if (shown == NAMES_SHOWN) {
			snprintf(out + at, len - at, " 等");
			break;
		}
		int n = snprintf(out + at, len - at, "%s%s", shown++ ? "、" : "", one);
		if (n < 0 || (size_t)n >= len - at)
			break;
		at += (size_t)n;
	}
	GENERAL_NAMES_free(names);
	if (shown == 0)
		snprintf(out, len, "(没有名称)");
}

/* The common name of who has issued it, or the organisation; "?" for none. UTF-8 of OpenSSL's making. */
static void issuer_of(X509 *certificate, char *out, size_t len)
{
	static const int kinds[] = {NID_commonName, NID_organizationName};
	const X509_NAME *name = X509_get_issuer_name(certificate);
	snprintf(out, len, "?");
	for (size_t i = 0; i < COUNT(kinds); i++) {
		int at = X509_NAME_get_index_by_NID(name, kinds[i], -1);
		unsigned char *text = NULL;
		int n = at < 0
		    ? -1
		    : ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
		if (n <= 0)
			continue;
		for (int k = 0; k < n; k++)
			if (text[k] < ' ' || text[k] == 0x7F)
				text[k] = '?';
		snprintf(out, len, "%.*s", n, (const char *)text);
		OPENSSL_free(text);
		return;
	}
}

/* -- the server's certificate --------------------------------------------------------------- */

enum shows { NOTHING, UNTIL, FROM, FOR_WHOM, BY_WHOM };

static const struct certificate_fault {
	int error;
	enum shows shows;
	const char *word;
	const char *before, *after; /* what is shown stands between them */
} certificate_faults[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, UNTIL, "certificate-expired", "的证书已过期,有效期到 ",
	"。请对方换上新证书(liandongctl tls renew);也请核对本机时钟"},
    {X509_V_ERR_CERT_NOT_YET_VALID, FROM, "certificate-not-yet-valid", "的证书还没有生效,从 ",
	" 起有效。请核对本机时钟"},
    {X509_V_ERR_HOSTNAME_MISMATCH, FOR_WHOM, "wrong-host", "的证书不是给这个名称的,而是给 ",
	" 的。请用其中的名称连接,或重新签发证书;也可能连到了别的机器"},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, FOR_WHOM, "wrong-host", "的证书不是给这个地址的,而是给 ",
	" 的。请用其中的名称连接,或重新签发证书;也可能连到了别的机器"},
    {X509_V_ERR_CERT_REVOKED, BY_WHOM, "certificate-revoked", "的证书已被吊销(签发者 ",
	")。不要连接;请问管理员换上新证书"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, BY_WHOM, "self-signed", "的证书是自签名的(",
	"),不知道是不是真的服务器。请向管理员要 CA 证书文件,并指定它"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, BY_WHOM, "unknown-authority", "的证书由本机不信任的 CA 签发(",
	")。请向管理员要这个 CA 的证书文件,并指定它"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, BY_WHOM, "unknown-authority",
	"的证书由本机不信任的 CA 签发(", ")。请向管理员要这个 CA 的证书文件,并指定它"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, BY_WHOM, "unknown-authority",
	"的证书由本机不信任的 CA 签发(", ")。请向管理员要这个 CA 的证书文件,并指定它"},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, BY_WHOM, "unknown-authority", "的证书签名不对:不是它所写的签发者(",
	")签发的。不要连接;请问管理员"},
    {X509_V_ERR_INVALID_PURPOSE, FOR_WHOM, "certificate-refused", "的证书(给 ",
	" 的)不是服务器证书,用途不对。请换上服务器证书"},
    {X509_V_ERR_UNABLE_TO_GET_CRL, BY_WHOM, "revocation-unknown", "的签发者(",
	")在所给的吊销列表文件里没有列表。请换上它的吊销列表"},
    {X509_V_ERR_CRL_HAS_EXPIRED, BY_WHOM, "revocation-unknown", "的签发者(",
	")的吊销列表已过期。请换上新的吊销列表"},
};

static void shown(X509 *certificate, enum shows what, char *out, size_t len)
{
	*out = '\0';
	if (!certificate || what == NOTHING)
		return;
	if (what == UNTIL || what == FROM)
		date_of(what == UNTIL ? X509_get0_notAfter(certificate) : X509_get0_notBefore(certificate),
		    out);
	else if (what == FOR_WHOM)
		names_of(certificate, out, len);
	else
		issuer_of(certificate, out, len);
}

void fault_of_certificate(struct client_fault *f, X509_STORE_CTX *at, const char *peer, const char *name)
{
	int error = X509_STORE_CTX_get_error(at);
	bool other = strncmp(peer, name, strlen(name)) != 0; /* a name that was given beside the address */
	char text[240];
	for (size_t i = 0; i < COUNT(certificate_faults); i++) {
		const struct certificate_fault *c = &certificate_faults[i];
		if (c->error != error)
			continue;
		shown(X509_STORE_CTX_get_current_cert(at), c->shows, text, sizeof text);
		fault_set(f, c->word, "服务器 %s%s%s%s %s%s%s", peer, other ? "(应是 " : "",
		    other ? name : "", other ? ")" : "", c->before, text, c->after);
		return;
	}
	fault_set(f, "certificate-refused", "服务器 %s 的证书不能接受:%s。请问管理员", peer,
	    X509_verify_cert_error_string(error));
}

/* -- the connection ------------------------------------------------------------------------- */

#define NO_TLS                                                                                               \
	"不使用 "                                                                                         \
	"TLS:也许服务器还没有配置证书,或端口不对。不加密会让令牌和个人信息明文传输,须明确允许才行"
#define OUR_CERTIFICATE "。请问管理员要新的客户端证书(liandongctl tls issue)"

static const struct {
	int reason;
	const char *word, *text;
} tls_faults[] = {
    {SSL_R_WRONG_VERSION_NUMBER, "not-tls", NO_TLS},
    {SSL_R_PACKET_LENGTH_TOO_LONG, "not-tls", NO_TLS},
    {SSL_R_BAD_RECORD_TYPE, "not-tls", NO_TLS},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "client-certificate-required",
	"要求客户端证书。请指定证书和密钥(liandongctl tls issue 签发)"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "client-certificate-expired",
	"认为本机的客户端证书已过期" OUR_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "client-certificate-revoked",
	"认为本机的客户端证书已被吊销" OUR_CERTIFICATE},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "client-certificate-refused",
	"不信任签发本机客户端证书的 CA" OUR_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "client-certificate-refused",
	"不接受本机的客户端证书" OUR_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "client-certificate-refused",
	"不接受本机的客户端证书:用途不对" OUR_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "client-certificate-refused",
	"不接受本机的客户端证书" OUR_CERTIFICATE},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED, "client-certificate-refused", "不允许本机的客户端证书" OUR_CERTIFICATE},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "tls-version", "不支持 TLS 1.2 或 1.3。请升级服务器"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "tls-version", "不支持 TLS 1.2 或 1.3。请升级服务器"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "tls-failed",
	"不接受握手:没有共同的算法,或要求客户端证书。请核对服务器的 TLS 设置"},
};

/* An alert that means a missing certificate, under TLS 1.2 too, is told by the server in its own way. */
static bool queued_fault(struct client_fault *f, unsigned long error, const char *peer)
{
	int reason = ERR_GET_REASON(error);
	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return false;
	for (size_t i = 0; i < COUNT(tls_faults); i++)
		if (tls_faults[i].reason == reason) {
			fault_set(f, tls_faults[i].word, "服务器 %s %s", peer, tls_faults[i].text);
			return true;
		}
	return false;
}

void fault_of_tls(struct client_fault *f, int ssl_error, int system_error, const char *peer, bool shaking)
{
	unsigned long error = ERR_peek_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;
	bool eof = ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
	    (ssl_error == SSL_ERROR_SYSCALL && !error && !system_error) || ssl_error == SSL_ERROR_ZERO_RETURN;

	if (error && queued_fault(f, error, peer))
		;
	else if (shaking && (eof || system_error == ECONNRESET))
		fault_set(f, "not-tls", "服务器 %s 在 TLS 握手时关闭了连接:它也许不使用 TLS,或连接太多",
		    peer);
	else if (eof)
		fault_set(f, "lost", "对方关闭了连接");
	else if (system_error)
		fault_set(f, "lost", "连接中断 %s:%s", peer, system_reason(system_error, false));
	else
		fault_set(f, "tls-failed", "与 %s 的 TLS 连接出错:%s", peer, reason ? reason : "?");
	ERR_clear_error();
}

/* Takes all that is queued; was it that key and certificate are no pair? *last: the text of the last, "?" for none. */
static bool take_queue(const char **last)
{
	bool mismatch = false;
	*last = "?";
	for (unsigned long e; (e = ERR_get_error()) != 0;) {
		const char *text = ERR_reason_error_string(e);
		*last = text ? text : *last;
		mismatch |= ERR_GET_LIB(e) == ERR_LIB_X509 && ERR_GET_REASON(e) == X509_R_KEY_VALUES_MISMATCH;
	}
	return mismatch;
}

void fault_of_file(struct client_fault *f, const char *what, const char *file, int system_error)
{
	const char *last;
	bool mismatch = take_queue(&last);

	if (system_error)
		fault_set(f, "unusable-file", "读不了%s文件 %s:%s", what, file,
		    system_reason(system_error, false));
	else if (mismatch)
		fault_set(f, "unusable-file", "%s文件 %s 与证书不是一对。请指定签发这个证书时的密钥", what,
		    file);
	else
		fault_set(f, "unusable-file", "%s文件 %s 的内容不对(%s)。应是 PEM 格式", what, file, last);
}
