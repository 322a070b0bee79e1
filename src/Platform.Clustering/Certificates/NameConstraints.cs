using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Platform.Core.Security.Certificates;

namespace Platform.Clustering.Certificates;

/// <summary>The scope of an authority as X.509 has it (RFC 5280, 4.2.1.10): permitted subtrees of names and of addresses.</summary>
internal static class NameConstraints
{
    private const string Identifier = "2.5.29.30";

    private static readonly Asn1Tag Permitted = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);

    /// <summary>The extension for a scope that is not everything.</summary>
    internal static X509Extension Of(AuthorityScope scope)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(Permitted))
        {
            foreach (var domain in scope.Domains)
            {
                using (writer.PushSequence())
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, DnsName);
            }
            foreach (var range in scope.Ranges)
            {
                using (writer.PushSequence())
                    writer.WriteOctetString([.. range.Address.GetAddressBytes().Zip(range.Mask(), (part, kept) => (byte)(part & kept)), .. range.Mask()], Address);
            }
        }
        return new X509Extension(Identifier, writer.Encode(), critical: true);
    }

    /// <summary>What a certificate permits. What it excludes, as a given one may, is left to who checks certificates.</summary>
    internal static AuthorityScope ScopeOf(X509Certificate2 authority)
    {
        if (authority.Extensions.FirstOrDefault(extension => extension.Oid?.Value == Identifier) is not { } found)
            return AuthorityScope.Everything;
        var texts = new List<string>();
        try
        {
            var constraints = new AsnReader(found.RawData, AsnEncodingRules.DER).ReadSequence();
            if (!constraints.HasData || !constraints.PeekTag().HasSameClassAndValue(Permitted))
                return AuthorityScope.Everything;
            for (var permitted = constraints.ReadSequence(Permitted); permitted.HasData;)
            {
                var tree = permitted.ReadSequence();
                var tag = tree.PeekTag();
                if (tag.HasSameClassAndValue(DnsName))
                    texts.Add(tree.ReadCharacterString(UniversalTagNumber.IA5String, DnsName));
                else if (tag.HasSameClassAndValue(Address))
                    texts.Add(RangeOf(tree.ReadOctetString(Address)));
            }
        }
        catch (Exception failure) when (failure is AsnContentException or CryptographicException or ArgumentException)
        {
            throw new AuthorityException($"the name constraints of the certificate cannot be read: {failure.Message}");
        }
        return AuthorityScope.TryParse(texts, out var scope, out var problems) ? scope : throw new AuthorityException($"the name constraints of the certificate are not understood: {string.Join("; ", problems)}");
    }

    private static string RangeOf(byte[] content)
    {
        var half = content.Length / 2;
        var bits = content.AsSpan(half).ToArray().Sum(part => int.PopCount(part));
        return new StringBuilder().Append(new IPAddress(content.AsSpan(0, half))).Append('/').Append(bits).ToString();
    }
}
