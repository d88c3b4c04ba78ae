using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SocketIo.PublicApi;

/// <summary>What an assembly shows: a line for each type and member that other code can name, with its whole signature.</summary>
internal static class Surface
{
    private static readonly SymbolDisplayFormat Format = new(
        SymbolDisplayGlobalNamespaceStyle.Omitted,
        SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints | SymbolDisplayGenericsOptions.IncludeVariance,
        SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeType
            | SymbolDisplayMemberOptions.IncludeContainingType | SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeRef
            | SymbolDisplayMemberOptions.IncludeConstantValue,
        SymbolDisplayDelegateStyle.NameAndSignature,
        SymbolDisplayExtensionMethodStyle.StaticMethod,
        SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeModifiers | SymbolDisplayParameterOptions.IncludeExtensionThis,
        SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeTypeKeyword | SymbolDisplayKindOptions.IncludeMemberKeyword,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat Name = Format.WithKindOptions(SymbolDisplayKindOptions.None);

    /// <summary>The lines: type by type, each with its members, sorted.</summary>
    public static IReadOnlyList<string> Of(string assembly)
    {
        var subject = MetadataReference.CreateFromFile(assembly);
        var compilation = CSharpCompilation.Create("listing", references: [subject, .. Beside(assembly), .. Frameworks()]);
        var symbol = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(subject)!;
        return [.. Types(symbol.GlobalNamespace).Where(IsShown).OrderBy(static type => type.ToDisplayString(Name), StringComparer.Ordinal).SelectMany(LinesOf)];
    }

    private static IEnumerable<MetadataReference> Beside(string assembly) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(assembly))!, "*.dll")
            .Where(path => Path.GetFileName(path) != Path.GetFileName(assembly))
            .Select(static path => MetadataReference.CreateFromFile(path));

    private static IEnumerable<MetadataReference> Frameworks() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path));

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container) =>
        container.GetMembers().SelectMany(static member => member switch
        {
            INamespaceSymbol inner => Types(inner),
            INamedTypeSymbol type => [type, .. Types(type)],
            _ => [],
        });

    private static bool IsShown(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
        && (symbol.ContainingType is null || IsShown(symbol.ContainingType));

    private static IEnumerable<string> LinesOf(INamedTypeSymbol type)
    {
        yield return Obsolete(type) + Modifiers(type) + type.ToDisplayString(Format) + Bases(type);
        if (type.TypeKind is TypeKind.Delegate)
            yield break;
        var members = type.GetMembers().Where(IsListed).Select(static member => Obsolete(member) + member.ToDisplayString(Format));
        foreach (var line in members.Order(StringComparer.Ordinal))
            yield return line;
    }

    private static string Modifiers(INamedTypeSymbol type)
    {
        var access = type.DeclaredAccessibility is Accessibility.Public ? "public " : "protected ";
        return type switch
        {
            { IsStatic: true } => access + "static ",
            { TypeKind: TypeKind.Class, IsAbstract: true } => access + "abstract ",
            { TypeKind: TypeKind.Class, IsSealed: true } => access + "sealed ",
            _ => access,
        };
    }

    // accessors are in their property's line; a value type always has a constructor without parameters
    private static bool IsListed(ISymbol member) =>
        member is not ITypeSymbol
        && IsShown(member)
        && member is not IMethodSymbol { AssociatedSymbol: not null }
        && member is not IMethodSymbol { IsImplicitlyDeclared: true };

    private static string Bases(INamedTypeSymbol type)
    {
        string[] bases =
        [
            .. type.BaseType is { SpecialType: SpecialType.None } parent ? [parent.ToDisplayString(Name)] : Array.Empty<string>(),
            .. type.Interfaces.Where(IsShown).Select(static one => one.ToDisplayString(Name)).Order(StringComparer.Ordinal),
        ];
        return bases.Length == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private static string Obsolete(ISymbol symbol) =>
        symbol.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name is "ObsoleteAttribute") ? "[Obsolete] " : "";
}
